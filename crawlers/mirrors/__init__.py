"""What a page is known by when it appears elsewhere: shingles of its text, skeleton, icon."""
