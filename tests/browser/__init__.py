"""What a reader meets: the built site, served as GitHub Pages serves it, in a browser."""
