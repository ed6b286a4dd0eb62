"""The roofline of a matrix product: is a GPU waiting for its memory or for its arithmetic? roofline §3; peaks are arguments."""


def intensity(m, k, n, bytes_a=2, bytes_b=2, bytes_out=2):
    """FLOPs per byte moved of (m, k) × (k, n): 2mkn over both operands and the result."""
    return 2 * m * k * n / (bytes_a * m * k + bytes_b * k * n + bytes_out * m * n)


def ridge(flops, bandwidth):
    """FLOPs per byte at which arithmetic (FLOP/s) and memory (bytes/s) take equally long."""
    return flops / bandwidth


def time(m, k, n, flops, bandwidth, bytes_a=2, bytes_b=2, bytes_out=2):
    """Seconds at best, whichever of the two takes longer."""
    work = 2 * m * k * n
    return max(work / flops, work / intensity(m, k, n, bytes_a, bytes_b, bytes_out) / bandwidth)


def critical_batch(k, n, flops, bandwidth, bytes_a=2, bytes_b=2, bytes_out=2):
    """Tokens from which a product with weights (k, n) is bound by arithmetic; None where no batch is enough.

    Solved from intensity = ridge: m (2kn - R (a k + o n)) = R b k n.
    """
    R = ridge(flops, bandwidth)
    per_token = 2 * k * n - R * (bytes_a * k + bytes_out * n)
    return R * bytes_b * k * n / per_token if per_token > 0 else None


if __name__ == "__main__":
    flops, bandwidth = 1e15, 3.35e12  # round numbers near those of a GPU of that time
    print(f"ridge point {ridge(flops, bandwidth):.0f} FLOPs a byte; weights of 7,168 × 18,432 in BF16")
    for batch in (1, 16, 64, 256, 1024, 4096):
        found = intensity(batch, 7168, 18432)
        bound = "memory" if found < ridge(flops, bandwidth) else "arithmetic"
        print(
            f"  {batch:5} tokens: {found:6.1f} FLOPs a byte, {1e6 * time(batch, 7168, 18432, flops, bandwidth):7.1f} µs, {bound}"
        )
    print(f"critical batch {critical_batch(7168, 18432, flops, bandwidth):.0f} tokens")
