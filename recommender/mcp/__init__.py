"""A face for programs that act for the reader: tools, resources and a prompt by the Model Context Protocol."""
