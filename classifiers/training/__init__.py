"""Training and evaluation; needs the ``train`` extra (scikit-learn), scoring does not."""
