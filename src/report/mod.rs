//! Everything written for people and programs: records, tables, figures.
