"""What goes on paper: receipts and till reports, for a printer, as PDF, and as a page of their own."""
