"""The databases and settings of a home: libraries of papers, ratings of readers. All SQL is here."""
