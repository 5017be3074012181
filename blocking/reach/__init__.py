"""Whether what was ordered to be blocked is blocked, seen from each vantage beside a control."""
