using System.Security.Cryptography;
using System.Text;
using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Tests.Data;

/// <summary>Looks for a person in every file of a data folder, with everything that the folder itself offers to read it: the raw bytes, the tables of both databases through their own engines
/// (DuckDB's columns are compressed, so bytes prove nothing), sealed parts opened with every key that is left, JSON in its escaped and its plain form, and unkeyed hashes of each id.</summary>
internal sealed class PersonFinder
{
    private static readonly System.Text.RegularExpressions.Regex Escaped = new(@"\\u(?<code>[0-9a-fA-F]{4})", System.Text.RegularExpressions.RegexOptions.NonBacktracking);
    private readonly List<byte[]> needles;
    private readonly string[] texts;

    public PersonFinder(params string[] texts)
    {
        this.texts = texts;
        needles = [.. texts.SelectMany(Forms)];
    }

    /// <summary>Where the person was found: file, and table or manner.</summary>
    public IReadOnlyList<string> Search(string folder)
    {
        using StorageFolder copies = new(); // the engines replay and change what they open, so they get copies
        List<string> found = [];
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(folder, file);
            if (name == "folder.lock")
            {
                continue; // empty, and held
            }

            string copy = Path.Combine(copies.Path, name.Replace(Path.DirectorySeparatorChar, '_'));
            using (FileStream from = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            using (FileStream to = new(copy, FileMode.Create))
            {
                from.CopyTo(to);
            }

            if (IsIn(File.ReadAllBytes(copy)))
            {
                found.Add(name);
            }
        }

        foreach (string database in Directory.EnumerateFiles(copies.Path, "*.sqlite").ToList())
        {
            SearchSqlite(database, found);
        }

        foreach (string database in Directory.EnumerateFiles(copies.Path, "*.duckdb").ToList())
        {
            SearchDuckDB(database, found);
        }

        return found;
    }

    private void SearchSqlite(string path, List<string> found)
    {
        using SqliteConnection connection = new($"Data Source={path};Pooling=False");
        connection.Open();
        foreach (string table in Names(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'"))
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT * FROM " + table;
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                if (Enumerable.Range(0, reader.FieldCount).Any(i => IsIn(AsBytes(reader.GetValue(i)))))
                {
                    found.Add($"{Path.GetFileName(path)}: table {table}");
                }
            }
        }
    }

    private void SearchDuckDB(string path, List<string> found)
    {
        PersonKeys keys = ReadKeys(Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileName(path).Replace("events.duckdb", "shop.sqlite", StringComparison.Ordinal)));
        using PersonalSeal seal = new(keys);
        using DuckDBConnection connection = new("DataSource=" + path);
        connection.Open();
        foreach (string table in Names(connection, "SELECT table_name FROM duckdb_tables()"))
        {
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = "SELECT * FROM " + table;
            using DuckDBDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                for (int i = 0; i < reader.FieldCount; i++)
                {
                    byte[] value = reader.IsDBNull(i) ? [] : AsBytes(reader.GetValue(i));
                    if (IsIn(value))
                    {
                        found.Add($"{Path.GetFileName(path)}: table {table}, column {reader.GetName(i)}");
                    }
                    else if (reader.GetName(i) == "personal" && seal.TryOpen(reader.GetInt64(reader.GetOrdinal("person")), reader.GetInt64(0), value, out ReadOnlySpan<byte> personal) && IsIn(personal))
                    {
                        found.Add($"{Path.GetFileName(path)}: table {table}, sealed");
                    }
                }
            }
        }
    }

    private static PersonKeys ReadKeys(string path)
    {
        PersonKeys keys = new();
        using SqliteConnection connection = new($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT number, key FROM people";
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            keys.Set(reader.GetInt64(0), (byte[])reader.GetValue(1));
        }

        return keys;
    }

    private static List<string> Names(System.Data.Common.DbConnection connection, string sql)
    {
        using System.Data.Common.DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using System.Data.Common.DbDataReader reader = command.ExecuteReader();
        List<string> names = [];
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private static byte[] AsBytes(object value)
    {
        switch (value)
        {
            case byte[] bytes:
                return bytes;
            case Stream stream:
                using (stream)
                {
                    byte[] content = new byte[stream.Length];
                    stream.ReadExactly(content);
                    return content;
                }

            default:
                return Encoding.UTF8.GetBytes(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "");
        }
    }

    private static IEnumerable<byte[]> Forms(string text)
    {
        byte[] plain = Encoding.UTF8.GetBytes(text);
        yield return plain;
        yield return Encoding.Unicode.GetBytes(text);
        if (Guid.TryParse(text, out Guid guid))
        {
            yield return guid.ToByteArray();
        }

        foreach (byte[] hashed in (byte[][])[plain, Encoding.UTF8.GetBytes("u:" + text), Encoding.UTF8.GetBytes("a:" + text), Encoding.UTF8.GetBytes(text.ToUpperInvariant())])
        {
#pragma warning disable CA5350, CA5351 // weak hashes are exactly what is looked for: nobody may have kept one
            foreach (byte[] hash in (byte[][])[MD5.HashData(hashed), SHA1.HashData(hashed), SHA256.HashData(hashed)])
#pragma warning restore CA5350, CA5351
            {
                yield return hash;
                yield return Encoding.UTF8.GetBytes(Convert.ToHexStringLower(hash));
                yield return Encoding.UTF8.GetBytes(Convert.ToHexString(hash));
                yield return Encoding.UTF8.GetBytes(Convert.ToBase64String(hash).TrimEnd('='));
            }
        }
    }

    private bool IsIn(ReadOnlySpan<byte> content)
    {
        foreach (byte[] needle in needles)
        {
            if (content.IndexOf(needle) >= 0)
            {
                return true;
            }
        }

        // Escapes of JSON, such as \u0040 for @, undone.
        string text = Encoding.UTF8.GetString(content);
        if (!text.Contains("\\u00", StringComparison.Ordinal))
        {
            return false;
        }

        string unescaped = Escaped.Replace(text, match => ((char)Convert.ToInt32(match.Groups["code"].Value, 16)).ToString());
        return texts.Any(wanted => unescaped.Contains(wanted, StringComparison.Ordinal));
    }
}
