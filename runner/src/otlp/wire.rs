//! The messages of OTLP that are sent, with the fields that are used, by the numbers of the protocol (version 1), which do not
//! change. A collector takes fields that are missing for empty ones.
//!
//! They are written in protobuf, of which they need little: fields that are empty are left out, but for those of which one out of
//! several has to be there.

/// A message that is being written.
#[derive(Debug, Default)]
pub(super) struct Writer(Vec<u8>);

/// How a field is written.
#[derive(Debug, Clone, Copy)]
enum Form {
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

impl Writer {
    fn varint(&mut self, mut number: u64) {
        while number > 0x7f {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn key(&mut self, field: u32, form: Form) {
        self.varint(u64::from(field) << 3 | form as u64);
    }

    fn number(&mut self, field: u32, number: u64) {
        if number > 0 {
            self.key(field, Form::Varint);
            self.varint(number);
        }
    }

    fn fixed64(&mut self, field: u32, number: u64) {
        if number > 0 {
            self.always64(field, number.to_le_bytes());
        }
    }

    fn always64(&mut self, field: u32, bytes: [u8; 8]) {
        self.key(field, Form::Fixed64);
        self.0.extend(bytes);
    }

    fn fixed32(&mut self, field: u32, number: u32) {
        if number > 0 {
            self.key(field, Form::Fixed32);
            self.0.extend(number.to_le_bytes());
        }
    }

    fn bytes(&mut self, field: u32, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.always_bytes(field, bytes);
        }
    }

    fn always_bytes(&mut self, field: u32, bytes: &[u8]) {
        self.key(field, Form::Bytes);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    fn message(&mut self, field: u32, message: &impl Message) {
        self.always_bytes(field, &message.encode());
    }

    fn messages<M: Message>(&mut self, field: u32, messages: &[M]) {
        for message in messages {
            self.message(field, message);
        }
    }
}

/// Something that can be written.
pub(super) trait Message {
    /// Writes its fields, in the order of their numbers.
    fn write(&self, to: &mut Writer);

    /// All of it.
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.0
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct TracesRequest {
    pub resource_spans: Vec<ResourceSpans>,
}

impl Message for TracesRequest {
    fn write(&self, to: &mut Writer) {
        to.messages(1, &self.resource_spans);
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ResourceSpans {
    pub resource: Resource,
    pub scope_spans: Vec<ScopeSpans>,
}

impl Message for ResourceSpans {
    fn write(&self, to: &mut Writer) {
        to.message(1, &self.resource);
        to.messages(2, &self.scope_spans);
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Resource {
    pub attributes: Vec<KeyValue>,
}

impl Message for Resource {
    fn write(&self, to: &mut Writer) {
        to.messages(1, &self.attributes);
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Scope {
    pub name: String,
    pub version: String,
}

impl Message for Scope {
    fn write(&self, to: &mut Writer) {
        to.bytes(1, self.name.as_bytes());
        to.bytes(2, self.version.as_bytes());
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ScopeSpans {
    pub scope: Scope,
    pub spans: Vec<Span>,
}

impl Message for ScopeSpans {
    fn write(&self, to: &mut Writer) {
        to.message(1, &self.scope);
        to.messages(2, &self.spans);
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Span {
    pub trace_id: Vec<u8>,
    pub span_id: Vec<u8>,
    pub trace_state: String,
    pub parent_span_id: Vec<u8>,
    pub name: String,
    pub kind: u32,
    pub start_time_unix_nano: u64,
    pub end_time_unix_nano: u64,
    pub attributes: Vec<KeyValue>,
    pub status: Option<Status>,
    pub flags: u32,
}

impl Message for Span {
    fn write(&self, to: &mut Writer) {
        to.bytes(1, &self.trace_id);
        to.bytes(2, &self.span_id);
        to.bytes(3, self.trace_state.as_bytes());
        to.bytes(4, &self.parent_span_id);
        to.bytes(5, self.name.as_bytes());
        to.number(6, self.kind.into());
        to.fixed64(7, self.start_time_unix_nano);
        to.fixed64(8, self.end_time_unix_nano);
        to.messages(9, &self.attributes);
        if let Some(status) = &self.status {
            to.message(15, status);
        }
        to.fixed32(16, self.flags);
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Status {
    /// 2 is an error.
    pub code: u32,
}

impl Message for Status {
    fn write(&self, to: &mut Writer) {
        to.number(3, self.code.into());
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct KeyValue {
    pub key: String,
    pub value: AnyValue,
}

impl Message for KeyValue {
    fn write(&self, to: &mut Writer) {
        to.bytes(1, self.key.as_bytes());
        to.message(2, &self.value);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum AnyValue {
    Text(String),
    Int(i64),
    Double(f64),
}

impl Message for AnyValue {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Text(text) => to.always_bytes(1, text.as_bytes()),
            Self::Int(number) => {
                to.key(3, Form::Varint);
                to.varint(number.cast_unsigned());
            }
            Self::Double(number) => to.always64(4, number.to_le_bytes()),
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct MetricsRequest {
    pub resource_metrics: Vec<ResourceMetrics>,
}

impl Message for MetricsRequest {
    fn write(&self, to: &mut Writer) {
        to.messages(1, &self.resource_metrics);
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ResourceMetrics {
    pub resource: Resource,
    pub scope_metrics: Vec<ScopeMetrics>,
}

impl Message for ResourceMetrics {
    fn write(&self, to: &mut Writer) {
        to.message(1, &self.resource);
        to.messages(2, &self.scope_metrics);
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ScopeMetrics {
    pub scope: Scope,
    pub metrics: Vec<Metric>,
}

impl Message for ScopeMetrics {
    fn write(&self, to: &mut Writer) {
        to.message(1, &self.scope);
        to.messages(2, &self.metrics);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Metric {
    pub name: String,
    pub description: String,
    pub unit: String,
    pub data: Data,
}

impl Message for Metric {
    fn write(&self, to: &mut Writer) {
        to.bytes(1, self.name.as_bytes());
        to.bytes(2, self.description.as_bytes());
        to.bytes(3, self.unit.as_bytes());
        match &self.data {
            Data::Gauge(gauge) => to.message(5, gauge),
            Data::Sum(sum) => to.message(7, sum),
            Data::Histogram(histogram) => to.message(9, histogram),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    Gauge(Gauge),
    Sum(Sum),
    Histogram(Histogram),
}

/// Of sums and histograms: since the start of the server.
const CUMULATIVE: u64 = 2;

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Gauge {
    pub data_points: Vec<Number>,
}

impl Message for Gauge {
    fn write(&self, to: &mut Writer) {
        to.messages(1, &self.data_points);
    }
}

/// It only grows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sum {
    pub data_points: Vec<Number>,
}

impl Message for Sum {
    fn write(&self, to: &mut Writer) {
        to.messages(1, &self.data_points);
        to.number(2, CUMULATIVE);
        to.number(3, u64::from(true));
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    pub attributes: Vec<KeyValue>,
    pub start_time_unix_nano: u64,
    pub time_unix_nano: u64,
    pub value: NumberKind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum NumberKind {
    Double(f64),
    Int(i64),
}

impl Message for Number {
    fn write(&self, to: &mut Writer) {
        to.fixed64(2, self.start_time_unix_nano);
        to.fixed64(3, self.time_unix_nano);
        if let NumberKind::Double(number) = self.value {
            to.always64(4, number.to_le_bytes());
        }
        if let NumberKind::Int(number) = self.value {
            to.always64(6, number.to_le_bytes());
        }
        to.messages(7, &self.attributes);
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Histogram {
    pub data_points: Vec<HistogramPoint>,
}

impl Message for Histogram {
    fn write(&self, to: &mut Writer) {
        to.messages(1, &self.data_points);
        to.number(2, CUMULATIVE);
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct HistogramPoint {
    pub start_time_unix_nano: u64,
    pub time_unix_nano: u64,
    pub count: u64,
    pub sum: f64,
    pub bucket_counts: Vec<u64>,
    pub explicit_bounds: Vec<f64>,
}

impl Message for HistogramPoint {
    fn write(&self, to: &mut Writer) {
        to.fixed64(2, self.start_time_unix_nano);
        to.fixed64(3, self.time_unix_nano);
        to.fixed64(4, self.count);
        to.always64(5, self.sum.to_le_bytes());
        to.bytes(6, &self.bucket_counts.iter().flat_map(|count| count.to_le_bytes()).collect::<Vec<_>>());
        to.bytes(7, &self.explicit_bounds.iter().flat_map(|bound| bound.to_le_bytes()).collect::<Vec<_>>());
    }
}

/// The fields of a message that are messages or texts, and those that are plain numbers; `None` when it is none.
pub(super) fn fields(mut message: &[u8]) -> Option<Vec<(u64, Field<'_>)>> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let key = read_varint(&mut message)?;
        let field = match key & 7 {
            0 => Field::Number(read_varint(&mut message)?),
            1 => skip(&mut message, 8)?,
            2 => {
                let length = usize::try_from(read_varint(&mut message)?).ok()?;
                Field::Bytes(take(&mut message, length)?)
            }
            5 => skip(&mut message, 4)?,
            _ => return None,
        };
        fields.push((key >> 3, field));
    }
    Some(fields)
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field<'a> {
    /// A number, written as one.
    Number(u64),
    /// A text or a message.
    Bytes(&'a [u8]),
    /// Something that nobody here looks at.
    Other,
}

fn skip(from: &mut &[u8], length: usize) -> Option<Field<'static>> {
    take(from, length).map(|_| Field::Other)
}

fn take<'a>(from: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(taken)
}

fn read_varint(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// How many spans a collector says it has rejected. An answer that cannot be read was a success all the same.
pub(super) fn rejected_spans(answer: &[u8]) -> u64 {
    let field = |message: &[u8], wanted: u64| -> Option<u64> {
        let found = fields(message)?.into_iter().rfind(|(number, _)| *number == wanted);
        match found?.1 {
            Field::Number(number) => u64::try_from(number.cast_signed()).ok(),
            Field::Bytes(_) | Field::Other => None,
        }
    };
    let partial = fields(answer).and_then(|fields| fields.into_iter().rfind(|(number, _)| *number == 1));
    match partial {
        Some((_, Field::Bytes(partial))) => field(partial, 1).unwrap_or(0),
        _ => 0,
    }
}
