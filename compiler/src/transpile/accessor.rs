//! `accessor x = 1` becomes what it stands for: a private field, a getter and a setter. The engine lacks it.

use oxc_allocator::{Allocator, ArenaVec, TakeIn};
use oxc_ast::ast::{AccessorProperty, AccessorPropertyType, ClassBody, ClassElement, Program, PropertyKey, Statement};
use oxc_ast_visit::{VisitJsMut, walk_js_mut as walk};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType, Span};

/// Rewrites every accessor with a plain name. Computed names, which are to be evaluated once, are left.
pub(super) fn lower<'a>(program: &mut Program<'a>, arena: &'a Allocator) {
    if program.source_text.contains("accessor") {
        Lowering { arena, text: program.source_text, count: 0 }.visit_program(program);
    }
}

struct Lowering<'a> {
    arena: &'a Allocator,
    text: &'a str,
    count: usize,
}

impl<'a> VisitJsMut<'a> for Lowering<'a> {
    fn visit_class_body(&mut self, class: &mut ClassBody<'a>) {
        walk::walk_class_body(self, class);
        if !class.body.iter().any(is_plain) {
            return;
        }
        let mut body = ArenaVec::with_capacity_in(class.body.len() + 2, &self.arena);
        for element in class.body.drain(..) {
            match element {
                ClassElement::AccessorProperty(mut property) if is_plain_property(&property) => {
                    body.extend(self.parts(&mut property));
                }
                element => body.push(element),
            }
        }
        class.body = body;
    }
}

fn is_plain(element: &ClassElement<'_>) -> bool {
    matches!(element, ClassElement::AccessorProperty(property) if is_plain_property(property))
}

fn is_plain_property(property: &AccessorProperty<'_>) -> bool {
    let abstract_or_computed = property.r#type != AccessorPropertyType::AccessorProperty || property.computed;
    let plain = matches!(
        property.key,
        PropertyKey::StaticIdentifier(_)
            | PropertyKey::PrivateIdentifier(_)
            | PropertyKey::StringLiteral(_)
            | PropertyKey::NumericLiteral(_)
    );
    plain && !abstract_or_computed && property.decorators.is_empty()
}

impl<'a> Lowering<'a> {
    /// The members that take an accessor's place: written as text and parsed, then given the accessor's own value.
    fn parts(&mut self, property: &mut AccessorProperty<'a>) -> ArenaVec<'a, ClassElement<'a>> {
        self.count += 1;
        let key_span = property.key.span();
        let key = self.text.get(key_span.start as usize..key_span.end as usize).unwrap_or_default();
        let modifier = if property.r#static { "static " } else { "" };
        let field = format!("#_accessor{}", self.count);
        let code = format!(
            "class A {{ {modifier}{field}; {modifier}get {key}() {{ return this.{field}; }} \
             {modifier}set {key}(value) {{ this.{field} = value; }} }}"
        );
        let parsed = Parser::new(self.arena, self.arena.alloc_str(&code), SourceType::mjs()).parse();
        let mut body = ArenaVec::new_in(&self.arena);
        if let Some(Statement::ClassDeclaration(mut class)) = parsed.program.body.into_iter().next() {
            Respan(property.span).visit_class_body(&mut class.body);
            body = class.body.body.take_in(&self.arena);
        }
        if let Some(ClassElement::PropertyDefinition(field)) = body.first_mut() {
            field.value = property.value.take();
        }
        body
    }
}

/// Gives everything one place in the source.
pub(super) struct Respan(pub(super) Span);

impl VisitJsMut<'_> for Respan {
    fn visit_span(&mut self, span: &mut Span) {
        *span = self.0;
    }
}
