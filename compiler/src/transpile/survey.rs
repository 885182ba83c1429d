//! One walk through a program before its types go: refuses what the engine lacks, notes what must be known about it.

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    AccessorProperty, AccessorPropertyType, BindingPattern, ComputedMemberExpression, Decorator,
    ExportNamedDeclaration, Expression, IdentifierReference, ImportExpression, ModuleExportName, RegExpLiteral,
    StaticMemberExpression, TSExportAssignment, TSImportEqualsDeclaration, TSModuleReference, TSNamespaceDeclaration,
    VariableDeclarator,
};
use oxc_ast_visit::{VisitJs, walk_js as walk};
use oxc_semantic::{IsGlobalReference, Scoping};
use oxc_span::Span;

use super::modules::{FoundImport, ImportKind};
use super::{Module, regexp};
use crate::diagnostic::{Diagnostic, DiagnosticCode, Diagnostics, MAX_DIAGNOSTICS};
use crate::position::LineIndex;
use crate::source::Source;

/// How many namespaces a source may declare, each part of `a.b.c` being one. Two letters of the source become a function.
const MAX_NAMESPACES: usize = 1_000;

/// What there is to know.
pub(super) struct Survey {
    /// Imports inside expressions.
    pub(super) imports: Vec<FoundImport>,
    pub(super) uses_deno_serve: bool,
}

/// Walks through a program.
pub(super) fn survey(source: &Source, module: &Module<'_>, arena: &Allocator) -> Result<Survey, Diagnostics> {
    let survey = Survey { imports: Vec::new(), uses_deno_serve: false };
    let lines = LineIndex::new(&source.code);
    let mut walk = Walk { source, lines, arena, scoping: &module.scoping, survey, namespaces: 0, refused: Vec::new() };
    walk.visit_program(&module.program);
    Diagnostics::none_in(walk.refused)?;
    Ok(walk.survey)
}

struct Walk<'s> {
    source: &'s Source,
    lines: LineIndex<'s>,
    arena: &'s Allocator,
    scoping: &'s Scoping,
    survey: Survey,
    namespaces: usize,
    refused: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn refuse(&mut self, span: Span, message: impl Into<String>, hint: &str) {
        if !self.is_full() {
            let at = self.lines.position(span.start as usize);
            let code = DiagnosticCode::UnsupportedSyntax;
            let diagnostic = Diagnostic::placed(code, message.into(), self.source, &self.lines, at);
            self.refused.push(diagnostic.with_hint(hint));
        }
    }

    /// Whether there is enough to refuse: a walk goes on, but finding the line and column of a place takes time.
    fn is_full(&self) -> bool {
        self.refused.len() >= MAX_DIAGNOSTICS
    }

    fn note_import(&mut self, specifier: &str, span: Span) {
        let specifier = specifier.to_owned();
        self.survey.imports.push(FoundImport { specifier, offset: span.start as usize, kind: ImportKind::Dynamic });
    }

    /// Whether an expression is the global `Deno`.
    fn is_deno(&self, expression: &Expression<'_>) -> bool {
        let global = |identifier: &IdentifierReference<'_>, name: &str| {
            identifier.name == name && identifier.is_global_reference(self.scoping)
        };
        match expression.get_inner_expression() {
            Expression::Identifier(identifier) => global(identifier, "Deno"),
            Expression::StaticMemberExpression(member) if member.property.name == "Deno" => {
                matches!(member.object.get_inner_expression(), Expression::Identifier(identifier) if global(identifier, "globalThis"))
            }
            _ => false,
        }
    }
}

impl<'a> VisitJs<'a> for Walk<'_> {
    fn visit_decorator(&mut self, decorator: &Decorator<'a>) {
        let hint = "call the function on the class or the method instead, after the class";
        self.refuse(decorator.span, "decorators are not supported", hint);
    }

    /// Those with a plain name are gone by now.
    fn visit_accessor_property(&mut self, property: &AccessorProperty<'a>) {
        if property.decorators.is_empty() && property.r#type == AccessorPropertyType::AccessorProperty {
            let message = "`accessor` is not supported with a computed name";
            self.refuse(property.span, message, "write a getter and a setter");
        }
        walk::walk_accessor_property(self, property);
    }

    fn visit_reg_exp_literal(&mut self, literal: &RegExpLiteral<'a>) {
        let problems = if self.is_full() { Vec::new() } else { regexp::problems(literal, self.arena) };
        for problem in problems.into_iter().take(MAX_DIAGNOSTICS) {
            self.refused.push(problem.place(self.source, &self.lines));
        }
    }

    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        if import.phase.is_some() {
            let hint = "use `import(…)`";
            self.refuse(import.span, "`import.defer` and `import.source` are not supported", hint);
        }
        match import.source.without_parentheses() {
            Expression::StringLiteral(literal) => self.note_import(&literal.value, literal.span),
            Expression::TemplateLiteral(literal) => {
                if let Some(text) = literal.single_quasi() {
                    self.note_import(&text, literal.span);
                }
            }
            _ => {}
        }
        walk::walk_import_expression(self, import);
    }

    fn visit_ts_import_equals_declaration(&mut self, import: &TSImportEqualsDeclaration<'a>) {
        if let TSModuleReference::ExternalModuleReference(reference) = &import.module_reference
            && import.import_kind.is_value()
        {
            self.refuse(reference.span, "`import … = require(…)` is not supported", "use `import … from …`");
        }
        walk::walk_ts_import_equals_declaration(self, import);
    }

    fn visit_ts_namespace_declaration(&mut self, namespace: &TSNamespaceDeclaration<'a>) {
        self.namespaces += 1;
        if self.namespaces == MAX_NAMESPACES {
            let message = format!("more than {MAX_NAMESPACES} namespaces");
            self.refuse(namespace.span, message, "use modules or objects");
        }
        walk::walk_ts_namespace_declaration(self, namespace);
    }

    fn visit_ts_export_assignment(&mut self, export: &TSExportAssignment<'a>) {
        self.refuse(export.span, "`export =` is not supported", "use `export default`");
        walk::walk_ts_export_assignment(self, export);
    }

    fn visit_export_named_declaration(&mut self, export: &ExportNamedDeclaration<'a>) {
        let undeclared = export.specifiers.iter().filter_map(|specifier| match &specifier.local {
            ModuleExportName::IdentifierReference(local) if local.is_global_reference(self.scoping) => Some(local),
            _ => None,
        });
        if export.export_kind.is_value() {
            for local in undeclared.take(MAX_DIAGNOSTICS.saturating_sub(self.refused.len())) {
                let at = self.lines.position(local.span.start as usize);
                let message = format!("cannot export `{}`: it is not declared", local.name);
                let diagnostic = Diagnostic::placed(DiagnosticCode::Syntax, message, self.source, &self.lines, at);
                self.refused.push(diagnostic);
            }
        }
        walk::walk_export_named_declaration(self, export);
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        self.survey.uses_deno_serve |= member.property.name == "serve" && self.is_deno(&member.object);
        walk::walk_static_member_expression(self, member);
    }

    fn visit_computed_member_expression(&mut self, member: &ComputedMemberExpression<'a>) {
        let serve = member.static_property_name().is_some_and(|name| name == "serve");
        self.survey.uses_deno_serve |= serve && self.is_deno(&member.object);
        walk::walk_computed_member_expression(self, member);
    }

    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        if let (BindingPattern::ObjectPattern(pattern), Some(init)) = (&declarator.id, &declarator.init) {
            let serve = pattern.properties.iter().any(|property| property.key.is_specific_static_name("serve"));
            self.survey.uses_deno_serve |= serve && self.is_deno(init);
        }
        walk::walk_variable_declarator(self, declarator);
    }
}
