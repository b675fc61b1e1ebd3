//! Reads the text of a question and lets one SELECT or EXPLAIN pass.
//!
//! Invariant: nothing is planned before this has counted it, so that planning, which cannot be interrupted, is small:
//! the text, its nesting, its operators, its columns, and the tables it stands for once each step of WITH is written
//! out. The allow-list of statements, table forms and functions is here and in `sql/functions.toml`; what is not
//! listed is refused with the reason.

#[cfg(any(test, fuzzing))]
mod asks;
mod expansion;

use std::ops::ControlFlow;

use datafusion::sql::parser::{DFParserBuilder, Statement as DfStatement};
use datafusion::sql::resolve::resolve_table_references;
use datafusion::sql::sqlparser::ast::{
    Expr, Query, Select, SetExpr, Statement, TableFactor, Value, ValueWithSpan, Visit, Visitor,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

#[cfg(any(test, fuzzing))]
pub(crate) use self::asks::what_passes_asks;
use self::expansion::Expansion;
use super::error::QueryError;
use super::functions;
use super::limits::Limits;
use super::views;

/// A question that may be planned.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) statement: DfStatement,
    /// The tables it names, steps of WITH left out: (schema, table).
    pub(super) tables: Vec<(Option<String>, String)>,
    /// Whether the answer is a plan.
    pub(super) explains: bool,
    /// Whether it asks for tables, columns or functions by SHOW or DESCRIBE.
    pub(super) shows: bool,
}

/// The forms that pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Select,
    Explain,
    Show,
}

const ALLOWED: &str = "ask one SELECT, EXPLAIN SELECT, DESCRIBE table, SHOW TABLES, SHOW COLUMNS or SHOW FUNCTIONS";

/// Checks the text against the limits and the allow-lists.
pub(super) fn check(sql: &str, limits: &Limits) -> Result<Checked, QueryError> {
    within("bytes", sql.len(), limits.text_bytes)?;
    count_tokens(sql, limits)?;
    let mut statements = DFParserBuilder::new(sql)
        .with_dialect(&GenericDialect {})
        .with_recursion_limit(limits.nesting * 4)
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| refuse_by_verb(sql).unwrap_or_else(|| QueryError::from(error)))?;
    let (Some(statement), None) = (statements.pop_front(), statements.pop_front()) else {
        let what = if sql.trim().is_empty() { "an empty question" } else { "more than one statement" };
        return Err(refused(what, ALLOWED));
    };
    let form = check_statement(sql, &statement)?;
    check_inside(&statement, limits)?;
    let (references, _) = resolve_table_references(&statement, true)?;
    let tables = references.iter().map(|table| (table.schema().map(str::to_owned), table.table().to_owned())).collect();
    Ok(Checked { statement, tables, explains: form == Form::Explain, shows: form == Form::Show })
}

fn refused(what: impl Into<String>, why: &str) -> QueryError {
    QueryError::Refused { what: what.into(), why: why.to_owned() }
}

fn within(unit: &'static str, found: usize, limit: usize) -> Result<(), QueryError> {
    if found > limit { Err(QueryError::TooLarge { unit, found, limit }) } else { Ok(()) }
}

/// Nesting and chains, before the parser builds a tree of them.
fn count_tokens(sql: &str, limits: &Limits) -> Result<(), QueryError> {
    let tokens =
        Tokenizer::new(&GenericDialect {}, sql).tokenize().map_err(|error| QueryError::Syntax(error.to_string()))?;
    let (mut depth, mut deepest, mut operators) = (0_usize, 0, 0);
    for token in &tokens {
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
            Token::RParen | Token::RBracket | Token::RBrace => depth = depth.saturating_sub(1),
            Token::Word(word) => operators += usize::from(chains(word.keyword)),
            Token::Whitespace(_) | Token::Comma | Token::Period | Token::Number(..) => {}
            Token::SingleQuotedString(_) | Token::Placeholder(_) | Token::SemiColon | Token::EOF => {}
            _ => operators += 1,
        }
        deepest = deepest.max(depth);
    }
    within("levels of nesting", deepest, limits.nesting)?;
    within("operators", operators, limits.operators)
}

/// Keywords that nest what they join.
const fn chains(keyword: Keyword) -> bool {
    use Keyword::{AND, BETWEEN, CASE, EXCEPT, ILIKE, INTERSECT, IS, JOIN, LIKE, NOT, OR, UNION, WHEN};
    matches!(keyword, AND | BETWEEN | CASE | EXCEPT | ILIKE | INTERSECT | IS | JOIN | LIKE | NOT | OR | UNION | WHEN)
}

/// A statement that the parser does not know may still be one that is refused by name.
fn refuse_by_verb(sql: &str) -> Option<QueryError> {
    let verb = verb(sql);
    let asks = ["SELECT", "WITH", "EXPLAIN", "DESCRIBE", "DESC", "SHOW", "VALUES", "FROM", "TABLE", ""];
    let is_word = verb.chars().all(|letter| letter.is_ascii_alphabetic()) && !verb.is_empty();
    (is_word && STATEMENTS.contains(&verb.as_str()) && !asks.contains(&verb.as_str())).then(|| refused(verb, ALLOWED))
}

/// Verbs of statements, so that a slip like `SELEC` stays a syntax error.
const STATEMENTS: &[&str] = &[
    "ALTER", "ANALYZE", "ATTACH", "BEGIN", "CALL", "COMMIT", "COPY", "CREATE", "DELETE", "DETACH", "DROP", "EXECUTE",
    "EXPORT", "GRANT", "IMPORT", "INSERT", "INSTALL", "LOAD", "MERGE", "PRAGMA", "PREPARE", "RESET", "REVOKE",
    "ROLLBACK", "SET", "TRUNCATE", "UPDATE", "USE", "VACUUM",
];

/// The first word, in capitals; comments before it are skipped.
fn verb(sql: &str) -> String {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize().unwrap_or_default();
    let word = tokens.iter().find(|token| !matches!(token, Token::Whitespace(_) | Token::LParen));
    word.map(|token| token.to_string().to_uppercase()).unwrap_or_default()
}

/// Lets the allowed statements pass.
fn check_statement(sql: &str, statement: &DfStatement) -> Result<Form, QueryError> {
    match statement {
        DfStatement::Explain(explain) => match &*explain.statement {
            DfStatement::Statement(inner) if matches!(**inner, Statement::Query(_)) => Ok(Form::Explain),
            _ => Err(refused("EXPLAIN of another statement than SELECT", ALLOWED)),
        },
        DfStatement::Statement(inner) => match &**inner {
            Statement::Query(_) => Ok(Form::Select),
            Statement::ShowTables { .. }
            | Statement::ShowColumns { .. }
            | Statement::ShowFunctions { .. }
            | Statement::ExplainTable { .. } => Ok(Form::Show),
            Statement::Explain { statement, .. } if matches!(**statement, Statement::Query(_)) => Ok(Form::Explain),
            _ => Err(refused(verb(sql), ALLOWED)),
        },
        DfStatement::CreateExternalTable(_) => Err(refused("CREATE EXTERNAL TABLE", ALLOWED)),
        DfStatement::CopyTo(_) => Err(refused("COPY", ALLOWED)),
        DfStatement::Reset(_) => Err(refused("RESET", ALLOWED)),
    }
}

/// Walks what the statement holds.
fn check_inside(statement: &DfStatement, limits: &Limits) -> Result<(), QueryError> {
    let inner = match statement {
        DfStatement::Explain(explain) => match &*explain.statement {
            DfStatement::Statement(inner) => inner,
            _ => return Ok(()),
        },
        DfStatement::Statement(inner) => inner,
        _ => return Ok(()),
    };
    let mut walk = Walk { limits, expansion: Expansion::new(views::weight) };
    match inner.visit(&mut walk) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Walk<'a> {
    limits: &'a Limits,
    expansion: Expansion,
}

fn verdict(result: Result<(), QueryError>) -> ControlFlow<QueryError> {
    result.map_or_else(ControlFlow::Break, ControlFlow::Continue)
}

impl Visitor for Walk<'_> {
    type Break = QueryError;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<QueryError> {
        self.expansion.enter(query);
        verdict(check_query(query))
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<QueryError> {
        let relations = self.expansion.leave(query);
        verdict(within("tables (steps of WITH written out)", relations, self.limits.relations))
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<QueryError> {
        if select.into.is_some() {
            return ControlFlow::Break(refused("SELECT INTO", "questions only read"));
        }
        verdict(within("columns", select.projection.len(), self.limits.columns))
    }

    fn pre_visit_relation(
        &mut self,
        relation: &datafusion::sql::sqlparser::ast::ObjectName,
    ) -> ControlFlow<QueryError> {
        self.expansion.relation(relation);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<QueryError> {
        verdict(check_factor(factor))
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<QueryError> {
        verdict(check_expr(expr))
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<QueryError> {
        // `$1` is bound by the caller; `?` would be read as one too, without a name.
        match &value.value {
            Value::Placeholder(name) if !name.starts_with('$') => {
                ControlFlow::Break(refused(format!("the parameter '{name}'"), "name parameters like $days"))
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

fn check_query(query: &Query) -> Result<(), QueryError> {
    if query.with.as_ref().is_some_and(|with| with.recursive) {
        return Err(refused("WITH RECURSIVE", "its work has no bound; write the steps out"));
    }
    if !query.locks.is_empty() {
        return Err(refused("FOR UPDATE", "questions only read"));
    }
    match &*query.body {
        SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
            Err(refused("a change inside a question", "questions only read"))
        }
        _ => Ok(()),
    }
}

fn check_factor(factor: &TableFactor) -> Result<(), QueryError> {
    match factor {
        TableFactor::Table { args: None, .. } | TableFactor::Derived { .. } | TableFactor::NestedJoin { .. } => Ok(()),
        _ => Err(refused("a table function", "read the tables by name; SHOW TABLES lists them")),
    }
}

fn check_expr(expr: &Expr) -> Result<(), QueryError> {
    match expr {
        Expr::Function(function) => match function.name.0.as_slice() {
            [name] => {
                let name = name.as_ident().map_or_else(|| name.to_string(), |ident| ident.value.clone());
                functions::check(&name.to_lowercase())
            }
            _ => Err(refused(format!("the function {}", function.name), "functions here have one plain name")),
        },
        Expr::Array(_) | Expr::Struct { .. } | Expr::Tuple(_) | Expr::Dictionary(_) | Expr::Map(_) => {
            functions::check("make_array").map_err(|error| match error {
                QueryError::Refused { why, .. } => QueryError::Refused { what: "a list or structure".to_owned(), why },
                other => other,
            })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
