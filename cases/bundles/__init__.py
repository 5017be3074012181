"""Evidence bundles: what the record holds of one case, in a folder that anybody can check."""
