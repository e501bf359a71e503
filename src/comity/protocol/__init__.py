"""The Dataspace Protocol and our transfer formats on it: the closed set of messages."""
