"""What did the news say? Persian and English reports become records, each with the words that it rests on."""

from peyvand.news.files import Document, documents, read
from peyvand.news.reader import read_text
from peyvand.news.report import Act, Commitment, Mention, NewsWarning, Participant, Report
from peyvand.news.review import JsonLines, Proposal, Queue
from peyvand.news.score import score

__all__ = [
    "Act",
    "Commitment",
    "Document",
    "JsonLines",
    "Mention",
    "NewsWarning",
    "Participant",
    "Proposal",
    "Queue",
    "Report",
    "documents",
    "read",
    "read_text",
    "score",
]
