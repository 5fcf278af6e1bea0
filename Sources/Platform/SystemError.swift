#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why the system refused a call.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The value of `errno`.
  package let code: Int32

  package init(code: Int32) { self.code = code }

  /// What a person wants to know, to follow a file's name.
  package var description: String {
    switch code {
    case ENOENT: "no such file or folder"
    case EACCES, EPERM: "permission denied"
    case EISDIR: "is a folder"
    case ENOTDIR: "a part of the path is not a folder"
    case EEXIST: "exists already"
    case ENOSPC: "the disk is full"
    case EDQUOT: "the disk quota is used up"
    case EFBIG: "the file would be larger than the system allows"
    case EROFS: "the file system is read-only"
    case EMFILE, ENFILE: "too many open files; ulimit -n raises the limit"
    case ENOMEM: "not enough memory"
    case ENAMETOOLONG: "the name is too long"
    case ELOOP: "too many symbolic links"
    case EINVAL: "the system takes no such name or size"
    case EIO: "the disk failed to read or write"
    case ETXTBSY: "is a program that runs"
    default: String(cString: strerror(code))
    }
  }
}
