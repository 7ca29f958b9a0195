"""What the services give back, beside papers and lists: plain data for every face.

One module a topic, because a quick command waits for every class that it imports.
"""
