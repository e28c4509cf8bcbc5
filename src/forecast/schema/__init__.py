"""What every part shares: periods, language, files, tables, draws."""
