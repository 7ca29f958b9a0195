"""The ground floor: how this field writes names, LaTeX, dates and categories."""
