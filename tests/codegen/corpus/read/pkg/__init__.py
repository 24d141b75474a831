from .tasks import fetch as fetch
VERSION = (1, 2)
