"""The clearinghouse: claims go out, acknowledgments, statuses and remittances come back, all synthetic."""
