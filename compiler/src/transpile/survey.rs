//! One walk through a program before its types go: refuses what the engine lacks, notes what must be known about it.

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    AccessorProperty, AccessorPropertyType, Argument, BindingPattern, CallExpression, ComputedMemberExpression,
    Decorator, ExportNamedDeclaration, Expression, IdentifierReference, ImportExpression, ModuleExportName,
    RegExpLiteral, StaticMemberExpression, TSExportAssignment, TSImportEqualsDeclaration, TSModuleReference,
    TSNamespaceDeclaration, VariableDeclarator,
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
    /// Where `module.exports`, or a member of `exports`, is first named, neither being declared.
    pub(super) common_js: Option<usize>,
}

/// Walks through a program. `whole`: nothing else will rewrite it.
pub(super) fn survey(
    source: &Source,
    module: &Module<'_>,
    arena: &Allocator,
    whole: bool,
) -> Result<Survey, Diagnostics> {
    let survey = Survey { imports: Vec::new(), uses_deno_serve: false, common_js: None };
    let lines = LineIndex::new(&source.code);
    let scoping = &module.scoping;
    let mut walk = Walk { source, lines, arena, scoping, survey, whole, namespaces: 0, refused: Vec::new() };
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
    whole: bool,
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

    fn note_import(&mut self, specifier: &str, span: Span, kind: ImportKind) {
        let specifier = specifier.to_owned();
        self.survey.imports.push(FoundImport { specifier, offset: span.start as usize, kind });
    }

    /// Whether an expression is a global of this name.
    fn is_global(&self, expression: &Expression<'_>, name: &str) -> bool {
        matches!(expression.get_inner_expression(), Expression::Identifier(identifier)
            if identifier.name == name && identifier.is_global_reference(self.scoping))
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
    /// Those of classes, fields and methods with a name are gone by now.
    fn visit_decorator(&mut self, decorator: &Decorator<'a>) {
        if self.whole {
            let hint = "with `experimentalDecorators` in a tsconfig.json, parameters can have them; call the function on a private \
                        method or an `accessor` yourself";
            let message = "decorators are not supported on parameters, private methods and `accessor`";
            self.refuse(decorator.span, message, hint);
        }
        walk::walk_decorator(self, decorator);
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
            Expression::StringLiteral(literal) => self.note_import(&literal.value, literal.span, ImportKind::Dynamic),
            Expression::TemplateLiteral(literal) => {
                if let Some(text) = literal.single_quasi() {
                    self.note_import(&text, literal.span, ImportKind::Dynamic);
                }
            }
            _ => {}
        }
        walk::walk_import_expression(self, import);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        if let [Argument::StringLiteral(literal)] = call.arguments.as_slice()
            && self.is_global(&call.callee, "require")
        {
            self.note_import(&literal.value, literal.span, ImportKind::Require);
        }
        walk::walk_call_expression(self, call);
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
        let exports = member.property.name == "exports" && self.is_global(&member.object, "module");
        if self.survey.common_js.is_none() && (exports || self.is_global(&member.object, "exports")) {
            self.survey.common_js = Some(member.span.start as usize);
        }
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
