"""Results go out: tables, files, pictures. Imports the nouns only and never computes a score."""
