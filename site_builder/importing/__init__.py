"""Turn a response as it was received into a draft package: read it, propose what is in it, write the draft."""
