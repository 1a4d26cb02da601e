"""Which accounts, contacts and opportunities a lead may already be, and which leads are of the same firm."""

from leads.matching.search import SHOWN, Candidate, Candidates, Search, find_candidates, leads_of_same_firm

__all__ = ["SHOWN", "Candidate", "Candidates", "Search", "find_candidates", "leads_of_same_firm"]
