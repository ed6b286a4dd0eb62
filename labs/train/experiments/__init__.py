"""What the papers claim, tried on small models: each experiment asks one question, with three seeds or more. data/experiments.yaml."""
