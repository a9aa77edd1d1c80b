"""The network: holders of certificates who asked to be found, and the messages that are passed on to them."""
