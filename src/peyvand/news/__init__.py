"""What did the news say? Persian and English reports become records, each with the words that it rests on."""

from peyvand.news.reader import read_text
from peyvand.news.report import Act, Commitment, Mention, NewsWarning, Participant, Report

__all__ = ["Act", "Commitment", "Mention", "NewsWarning", "Participant", "Report", "read_text"]
