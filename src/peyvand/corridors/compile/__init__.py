"""How is the network that ships put together?  Places and lines named by hand, lengths and hours from the sources."""
