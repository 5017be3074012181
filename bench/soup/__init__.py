"""Preview pages read with BeautifulSoup: what the product's own reading is measured against."""
