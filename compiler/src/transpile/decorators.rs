//! Decorators of the standard become calls of a module of the engine, which lacks them. `@a class C { @b m() {} @c x = 1 }` is
//!
//! ```js
//! let C = decorate([a], (state) => class C {
//!   static { state.elements(this, [['method', 'm', 0, [b]], ['field', 'x', 0, [c]]]); }
//!   #start = state.start(this);
//!   m() {}
//!   x = state.field(1, this, 1);
//!   #after1 = state.after(1, this);
//! });
//! ```
//!
//! What differs from the standard: decorators are evaluated after the keys of the members, and those of the class are applied
//! after its static members have their values. Decorators of private methods and of parameters are left, to be refused.

use oxc_allocator::{Allocator, ArenaBox, ArenaVec, Dummy, TakeIn};
use oxc_ast::ast::{
    Class, ClassBody, ClassElement, ClassType, Declaration, Decorator, ExportDefaultDeclarationKind, Expression,
    MethodDefinitionKind, MethodDefinitionType, Program, PropertyDefinitionType, PropertyKey, Statement,
};
use oxc_ast_visit::{VisitJsMut, walk_js_mut as walk};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType, Span};

use super::accessor::Respan;

/// The module of the engine, and the names that stand for it and for what else is added.
const MODULE: &str = "ramekin:decorators";
const PREFIX: &str = "_ramekin_";

/// Rewrites every class with decorators.
pub(super) fn lower<'a>(program: &mut Program<'a>, arena: &'a Allocator) {
    if !program.source_text.contains('@') {
        return;
    }
    let mut lowering = Lowering { arena, text: program.source_text, classes: 0 };
    lowering.visit_program(program);
    if lowering.classes > 0 {
        let import = format!("import {{ decorate as {PREFIX}decorate }} from '{MODULE}';");
        let found = lowering.parsed(&import, Span::empty(0), Vec::new());
        program.body.splice(0..0, found);
    }
}

struct Lowering<'a> {
    arena: &'a Allocator,
    text: &'a str,
    classes: usize,
}

impl<'a> VisitJsMut<'a> for Lowering<'a> {
    fn visit_statements(&mut self, statements: &mut ArenaVec<'a, Statement<'a>>) {
        walk::walk_statements(self, statements);
        if !statements.iter().any(|statement| class_of(statement).is_some_and(is_decorated)) {
            return;
        }
        let mut rewritten = ArenaVec::with_capacity_in(statements.len() + 1, &self.arena);
        for mut statement in statements.drain(..) {
            let export = match &statement {
                Statement::ExportDeclaration(_) => "export ",
                _ => "",
            };
            match taken(&mut statement, self.arena) {
                Some(class) => rewritten.extend(self.declaration(class, export)),
                None => rewritten.push(statement),
            }
        }
        *statements = rewritten;
    }

    fn visit_expression(&mut self, expression: &mut Expression<'a>) {
        walk::walk_expression(self, expression);
        if let Expression::ClassExpression(class) = expression
            && is_decorated(class)
        {
            let class = class.take_in_box(&self.arena);
            *expression = self.call(class);
        }
    }
}

/// The class that a statement declares.
fn class_of<'s, 'a>(statement: &'s Statement<'a>) -> Option<&'s Class<'a>> {
    match statement {
        Statement::ClassDeclaration(class) => Some(class),
        Statement::ExportDeclaration(export) => match &export.declaration {
            Declaration::ClassDeclaration(class) => Some(class),
            _ => None,
        },
        Statement::ExportDefaultDeclaration(export) => match &export.declaration {
            ExportDefaultDeclarationKind::ClassDeclaration(class) => Some(class),
            _ => None,
        },
        _ => None,
    }
}

/// Takes a decorated class out of the statement that declares it, but for an anonymous one, which is made an expression there.
fn taken<'a>(statement: &mut Statement<'a>, arena: &'a Allocator) -> Option<(ArenaBox<'a, Class<'a>>, bool)> {
    let (class, default) = match statement {
        Statement::ClassDeclaration(class) => (class, false),
        Statement::ExportDeclaration(export) => match &mut export.declaration {
            Declaration::ClassDeclaration(class) => (class, false),
            _ => return None,
        },
        Statement::ExportDefaultDeclaration(export) => match &mut export.declaration {
            ExportDefaultDeclarationKind::ClassDeclaration(class) => (class, true),
            _ => return None,
        },
        _ => return None,
    };
    is_decorated(class).then(|| (class.take_in_box(&arena), default))
}

fn is_decorated(class: &Class<'_>) -> bool {
    !class.declare
        && (!class.decorators.is_empty() || class.body.body.iter().any(|element| Kind::of(element).is_some()))
}

/// What a decorator of a member is told that it is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Method,
    Getter,
    Setter,
    Field,
}

impl Kind {
    /// Of a member with decorators that are rewritten here.
    fn of(element: &ClassElement<'_>) -> Option<Self> {
        match element {
            ClassElement::MethodDefinition(method)
                if !method.decorators.is_empty()
                    && method.r#type == MethodDefinitionType::MethodDefinition
                    && !matches!(method.key, PropertyKey::PrivateIdentifier(_)) =>
            {
                match method.kind {
                    MethodDefinitionKind::Method => Some(Self::Method),
                    MethodDefinitionKind::Get => Some(Self::Getter),
                    MethodDefinitionKind::Set => Some(Self::Setter),
                    MethodDefinitionKind::Constructor => None,
                }
            }
            ClassElement::PropertyDefinition(property)
                if !property.decorators.is_empty()
                    && property.r#type == PropertyDefinitionType::PropertyDefinition
                    && !property.declare =>
            {
                Some(Self::Field)
            }
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Getter => "getter",
            Self::Setter => "setter",
            Self::Field => "field",
        }
    }
}

impl<'a> Lowering<'a> {
    fn declaration(
        &mut self,
        (class, default): (ArenaBox<'a, Class<'a>>, bool),
        export: &str,
    ) -> ArenaVec<'a, Statement<'a>> {
        let span = class.span;
        let name = class.id.as_ref().map(|id| id.name.to_string());
        let call = self.call(class);
        let text = match (&name, default) {
            (Some(name), true) => format!("let {name} = {PREFIX}0; export {{ {name} as default }};"),
            (Some(name), false) => format!("{export}let {name} = {PREFIX}0;"),
            (None, _) => format!("export default {PREFIX}0;"),
        };
        self.parsed(&text, span, vec![call])
    }

    /// The expression that a class becomes.
    fn call(&mut self, mut class: ArenaBox<'a, Class<'a>>) -> Expression<'a> {
        self.classes += 1;
        let state = format!("{PREFIX}class{}", self.classes);
        let span = class.span;
        class.r#type = ClassType::ClassExpression;
        let mut places = Vec::new();
        let decorators = places_of(&mut places, class.decorators.drain(..));
        self.members(&mut class.body, &state, span);
        let at = places.len();
        places.push(Expression::ClassExpression(class));
        let text = format!("({PREFIX}decorate([{decorators}], ({state}) => {PREFIX}{at}));");
        match self.parsed(&text, span, places).into_iter().next() {
            Some(Statement::ExpressionStatement(mut statement)) => statement.expression.take_in(&self.arena),
            // The text above is a statement of an expression.
            _ => Expression::dummy(self.arena),
        }
    }

    fn members(&mut self, class: &mut ClassBody<'a>, state: &str, span: Span) {
        let mut body = ArenaVec::with_capacity_in(class.body.len() + 4, &self.arena);
        let mut elements = String::new();
        let mut places = Vec::new();
        let mut count = 0;
        let mut starts = false;
        for mut element in class.body.drain(..) {
            let Some(kind) = Kind::of(&element) else {
                body.push(element);
                continue;
            };
            let index = count;
            count += 1;
            let (decorators, key, computed, r#static) = match &mut element {
                ClassElement::MethodDefinition(one) => {
                    let one = &mut **one;
                    (&mut one.decorators, &mut one.key, one.computed, one.r#static)
                }
                ClassElement::PropertyDefinition(one) => {
                    let one = &mut **one;
                    (&mut one.decorators, &mut one.key, one.computed, one.r#static)
                }
                _ => continue,
            };
            let decorators = places_of(&mut places, decorators.drain(..));
            let name = if computed { self.keep(key, state, index) } else { self.name(key) };
            elements.push_str(&format!("['{}', {name}, {}, [{decorators}]],", kind.name(), u8::from(r#static)));
            starts |= kind != Kind::Field && !r#static;
            let after = match &mut element {
                ClassElement::PropertyDefinition(field) => {
                    let place = field.span;
                    let value = field.value.take();
                    let given = if value.is_some() { format!(", {PREFIX}0") } else { String::new() };
                    let text = format!("({state}.field({index}, this{given}));");
                    field.value = self.expression(&text, place, value.into_iter().collect());
                    if r#static {
                        format!("static {{ {state}.after({index}, this); }}")
                    } else {
                        format!("#{PREFIX}{index} = {state}.after({index}, this);")
                    }
                }
                _ => String::new(),
            };
            body.push(element);
            body.extend(self.elements(&after, span, Vec::new()));
        }
        if count > 0 {
            let start = if starts { format!("#{PREFIX}start = {state}.start(this);") } else { String::new() };
            let text = format!("static {{ {state}.elements(this, [{elements}]); }} {start}");
            body.splice(0..0, self.elements(&text, span, places));
        }
        class.body = body;
    }

    /// The name of a member, as an expression.
    fn name(&self, key: &PropertyKey<'_>) -> String {
        let written = |span: Span| self.text.get(span.start as usize..span.end as usize).unwrap_or("''").to_owned();
        match key {
            PropertyKey::StaticIdentifier(name) => format!("'{}'", name.name),
            PropertyKey::PrivateIdentifier(name) => format!("'#{}'", name.name),
            PropertyKey::NumericLiteral(literal) => format!("String({})", written(literal.span)),
            key => written(key.span()),
        }
    }

    /// Has a computed name kept when it is worked out, and gives the expression that it is found by.
    fn keep(&self, key: &mut PropertyKey<'a>, state: &str, index: usize) -> String {
        let span = key.span();
        let text = format!("({state}.key({index}, {PREFIX}0));");
        let value = key.is_expression().then(|| key.take_in(&self.arena).into_expression());
        if let Some(expression) = self.expression(&text, span, value.into_iter().collect()) {
            *key = PropertyKey::from(expression);
        }
        format!("{state}.keys[{index}]")
    }

    fn expression(&self, text: &str, span: Span, places: Vec<Expression<'a>>) -> Option<Expression<'a>> {
        match self.parsed(text, span, places).into_iter().next() {
            Some(Statement::ExpressionStatement(mut statement)) => Some(statement.expression.take_in(&self.arena)),
            _ => None,
        }
    }

    fn elements(&self, text: &str, span: Span, places: Vec<Expression<'a>>) -> ArenaVec<'a, ClassElement<'a>> {
        match self.parsed(&format!("class A {{ {text} }}"), span, places).into_iter().next() {
            Some(Statement::ClassDeclaration(mut class)) => class.body.body.take_in(&self.arena),
            _ => ArenaVec::new_in(&self.arena),
        }
    }

    /// Statements written as text, all at one place in the source, with expressions in place of the names `PREFIX0`, `PREFIX1`, …
    fn parsed(&self, text: &str, span: Span, places: Vec<Expression<'a>>) -> ArenaVec<'a, Statement<'a>> {
        let parsed = Parser::new(self.arena, self.arena.alloc_str(text), SourceType::mjs()).parse();
        let mut body = parsed.program.body;
        let mut respan = Respan(span);
        body.iter_mut().for_each(|statement| respan.visit_statement(statement));
        let mut fill = Fill(places.into_iter().map(Some).collect());
        body.iter_mut().for_each(|statement| fill.visit_statement(statement));
        body
    }
}

/// Puts the expressions of decorators among the places, and lists the names that stand for them.
fn places_of<'a>(places: &mut Vec<Expression<'a>>, decorators: impl Iterator<Item = Decorator<'a>>) -> String {
    let mut names = String::new();
    for decorator in decorators {
        names.push_str(&format!("{PREFIX}{},", places.len()));
        places.push(decorator.expression);
    }
    names
}

/// Puts expressions where names stand for them.
struct Fill<'a>(Vec<Option<Expression<'a>>>);

impl<'a> VisitJsMut<'a> for Fill<'a> {
    fn visit_expression(&mut self, expression: &mut Expression<'a>) {
        if let Expression::Identifier(identifier) = expression
            && let Some(number) = identifier.name.strip_prefix(PREFIX)
            && let Ok(number) = number.parse::<usize>()
            && let Some(found) = self.0.get_mut(number).and_then(Option::take)
        {
            *expression = found;
            return;
        }
        walk::walk_expression(self, expression);
    }
}
