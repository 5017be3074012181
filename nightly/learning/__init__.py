"""What people's decisions and the nights' figures do to the model: training, adopting, drift."""
