"""Letters: requests and releases on paper, in the languages of those who get them."""
