"""Where the node touches the world: files, sockets, clocks, logs. Thin; decisions are in core."""
