"""The pages of a group of readers: logging in, votes, meetings; each member has a reader's pages besides."""
