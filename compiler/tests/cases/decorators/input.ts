function logged(value, context) {}
@logged class A {
  @logged() method(@logged parameter) {}
  @logged accessor x = 1;
}
