"""The JSON API of each room: the same functions as the pages and the command line."""
