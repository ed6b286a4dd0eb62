"""What a benchmark asks for, so that a page of scores can be read by subject."""

from __future__ import annotations

import re

# In the order of reading; the first that knows a name has it.
_SUBJECTS: tuple[tuple[str, str], ...] = (
    ("proofs", r"miniF2F|ProofNet|FIMO|Putnam|ProverBench|FormalMATH|CombiBench|ProofBench|IMO|CMO|CNML|ISL"),
    (
        "images",
        r"MMMU|MMBench|MMStar|MME|MMT|POPE|GQA|VQA|OCR|ChartQA|Chart|AI2D|SEED|MathVista|RealWorldQA|RefCOCO|GenEval|DPG|MJHQ|COCO|CVBench|Zero|Baby|MM-Vet|Fox|OmniDoc|PDF|documents|Images",
    ),
    (
        "agents",
        r"BrowseComp|Tau|τ²|MCP|Tool|SWE|Terminal|BFCL|GDPval|HLE w/ tools|Automation|Agents|White-collar|FRAMES|Apex|Exploit|Cyber|SEC-|NL2Repo|ProgramBench|R&D|DeepSWE|JSON",
    ),
    (
        "code",
        r"HumanEval|MBPP|LiveCode|LeetCode|Codeforces|CRUX|Aider|USACO|Defects4J|RepoBench|BigCode|DS-FIM|DS-Arena|DSBench|Matplotlib|Numpy|Pandas|Pytorch|Scipy|Scikit|Tensorflow|Java|Python|TypeScript|C#|ICPC|IOI|code|Code",
    ),
    ("maths", r"GSM|MATH|Math|MGSM|CMath|AIME|CNMO|HMMT|SAT|OCW|MAWPS|ASDiv|SVAMP|TabMWP|Hungarian|Gaokao"),
    ("chinese", r"C-Eval|CMMLU|CLUE|CMRC|C3|CCPM|CHID|C-SimpleQA|Chinese|AlignBench|BrowseComp-zh|CMMMU"),
    ("long", r"LongBench|MRCR|CorpusQA|Needle"),
    (
        "dialogue",
        r"MT-Bench|AlpacaEval|Arena|IFEval|Reward|RMB|PPE|safety|Do-Not|Illegal|Harmless|Discrimination|Rights|Trade|truth|Survey",
    ),
    (
        "knowledge",
        r"MMLU|MMMLU|SuperGPQA|AGIEval|ARC|TriviaQA|NaturalQuestions|SimpleQA|GPQA|HLE|OpenBook|RACE|FACTS|MultiLoKo|AGI",
    ),
    ("language", r"."),
)
SUBJECTS = ("knowledge", "language", "maths", "code", "chinese", "long", "agents", "dialogue", "proofs", "images")
_KNOWN = [(name, re.compile(pattern)) for name, pattern in _SUBJECTS]


def benchmark_subject(benchmark: str) -> str:
    """The subject of a benchmark by its name."""
    return next(name for name, pattern in _KNOWN if pattern.search(benchmark))
