"""What do we tell people?  From a finished run to a page in two languages, tables, a workbook and a record."""

from peyvand.reports.write import write

__all__ = ["write"]
