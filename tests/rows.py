"""The whole database as rows: to look through all of it, and to put it back as it was."""

from sqlalchemy import select

from supportgroup.db import Base, db, transaction


def snapshot():
    """All rows of all tables, as a backup holds them."""
    return {table: [dict(row._mapping) for row in db.session.execute(select(table))] for table in tables()}


def restore(backup):
    db.session.expire_all()
    with transaction():
        for table in reversed(tables()):
            db.session.execute(table.delete())
        for table in tables():
            if backup[table]:
                db.session.execute(table.insert(), backup[table])
    db.session.expire_all()


def tables():
    return Base.metadata.sorted_tables
