"""Meetings: series, single dates, answers, hosts, presence."""
