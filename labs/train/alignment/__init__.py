"""After pre-training: supervised fine-tuning, GRPO, PPO, DPO and distillation, on sums whose answers a rule can check."""
