/// How an array holds the values of a matrix's rows.
enum RowOrder: Sendable {
  /// Row after row, a number of values from the first of one row to the first of the next.
  case rows(stride: Int)
  /// Column after column, each with a value for every one of a number of rows.
  case columns(rows: Int)
  /// One row that counts for all.
  case shared
}
