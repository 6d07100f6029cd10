"""How is the embedded World compiled?  One small function per estimating step, each naming its source and status."""
