"""Use Frictionless once before workers are forked: all that it imports when it first reads is there then.

It takes as long as all else that a worker needs, and whoever builds few packages may do without.
"""

import frictionless

frictionless.Resource(data=[["a"], ["b"]]).validate()
