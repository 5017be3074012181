"""TAXII 2.1 for partners (OASIS standard of 10 June 2021): what was released for them, as a
collection of STIX objects that is only read."""
