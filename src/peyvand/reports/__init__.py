"""What do we tell people?  From a finished run to a page in two languages, tables, a workbook and a record.

The door is `peyvand.write_report` (`peyvand.reports.write.write`); nothing is loaded here, so that other rooms may take
one picture without the whole report.
"""
