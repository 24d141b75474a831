"""Values that are kept outside of messages and journals: as files, named by what is in them."""
