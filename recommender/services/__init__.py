"""What the program does, one use case a file. Each function takes a Reader."""
