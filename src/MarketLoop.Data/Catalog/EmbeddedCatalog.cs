using System.Collections.Concurrent;
using System.Text.Json;
using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Catalog;

/// <summary>The catalogue in the shop database, with an immutable copy in memory for readers. Products that only events mention are learned from them, until the shop sends its own entry.</summary>
internal sealed class EmbeddedCatalog : ICatalogStore
{
    private const int LongestPlainId = 512;
    private const int MostArrivals = 200;
    private readonly ShopDatabase database;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, CatalogEntry> entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CatalogEntry>.AlternateLookup<ReadOnlySpan<char>> byText;
    private IReadOnlyDictionary<ProductId, Product>? current;
    private IReadOnlyList<ProductId> arrivals;

    public EmbeddedCatalog(ShopDatabase database, TimeProvider clock)
    {
        this.database = database;
        this.clock = clock;
        byText = entries.GetAlternateLookup<ReadOnlySpan<char>>();
        IEnumerable<ProductRow> rows = database.Read(connection => connection.Query<ProductRow>("SELECT id AS Id, origin AS Origin, body AS Body FROM products"));
        Publish([.. rows.Select(row => new CatalogEntry(RecordCodec.Read<Product>(row.Body), (ProductOrigin)row.Origin))]);
        arrivals = database.Read(connection => ProductHistory.ListArrivals(connection, null, MostArrivals));
    }

    /// <inheritdoc />
    public IReadOnlyList<ProductId> Arrivals => Volatile.Read(ref arrivals);

    /// <inheritdoc />
    /// <remarks>Made when somebody reads after a change, in O(n log n): a long load that learns products all the time costs nobody a copy of the catalogue.</remarks>
    public IReadOnlyDictionary<ProductId, Product> Current
    {
        get
        {
            if (Volatile.Read(ref current) is { } made)
            {
                return made;
            }

            lock (gate)
            {
                if (current is null)
                {
                    Volatile.Write(ref current, entries.Values.OrderBy(entry => entry.Product.Id.Value, StringComparer.Ordinal).ToDictionary(entry => entry.Product.Id, entry => entry.Product));
                }

                return current;
            }
        }
    }

    /// <inheritdoc />
    public async Task<CatalogChanges> UpsertAsync(IReadOnlyCollection<Product> products, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(products);
        return (await database.WriteAsync(
            (connection, transaction) =>
            {
                List<CatalogEntry> sent = [.. products.Select(product => new CatalogEntry(product, ProductOrigin.Shop)).Where(IsNews)];
                int added = sent.Select(entry => entry.Product.Id.Value).Distinct(StringComparer.Ordinal).Count(id => !entries.ContainsKey(id));
                Write(connection, transaction, sent);
                DateTimeOffset now = clock.GetUtcNow();
                int notes = products.Count(product => ProductHistory.Note(connection, transaction, product, now));
                IReadOnlyList<ProductId> newest = added > 0 ? ProductHistory.ListArrivals(connection, transaction, MostArrivals) : Arrivals;
                return (Sent: sent, Newest: newest, Changes: new CatalogChanges(added, sent.Count - added, products.Count - sent.Count, notes));
            },
            done =>
            {
                Volatile.Write(ref arrivals, done.Newest);
                Publish(done.Sent);
            },
            cancellationToken)).Changes;
    }

    /// <inheritdoc />
    public Task<bool> RemoveAsync(ProductId product, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.Execute("DELETE FROM products WHERE id = @id", new { id = product.Value }, transaction) == 1,
        _ =>
        {
            lock (gate)
            {
                entries.TryRemove(product.Value, out CatalogEntry? _);
                Volatile.Write(ref current, null);
            }
        },
        cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<ProductNote>> ReadHistoryAsync(ProductId product, CancellationToken cancellationToken) => Task.FromResult(ProductHistory.Read(database, product));

    /// <inheritdoc />
    public Task<ProductNote?> FindAsOfAsync(ProductId product, DateTimeOffset moment, CancellationToken cancellationToken) =>
        Task.FromResult(ProductHistory.Find(database, product, moment));

    /// <summary>True when an interaction names a product that is unknown, or of which it may tell more. O(lines).</summary>
    /// <param name="row">The interaction.</param>
    /// <param name="told">Products of which earlier rows told all that an id and a price tell: a block may name a new product a hundred thousand times. Grows.</param>
    public bool MayLearnFrom(in InteractionRow row, HashSet<string> told)
    {
        if (row.Lines.IsEmpty)
        {
            return false;
        }

        Span<char> product = stackalloc char[LongestPlainId];
        Utf8JsonReader lines = new(row.Lines);
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> toldByText = told.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int length = LineCodec.NextProduct(ref lines, product, out bool isPriced); length >= 0; length = LineCodec.NextProduct(ref lines, product, out isPriced))
        {
            ReadOnlySpan<char> id = product[..length];
            bool isComplete = length > 0 && byText.TryGetValue(id, out CatalogEntry? known) && (known.Origin != ProductOrigin.Mentioned || (!row.IsTellingOfProducts && known.Product.Price is not null));
            if (!isComplete && (length == 0 || row.IsTellingOfProducts || !toldByText.Contains(id)))
            {
                if (length > 0 && isPriced)
                {
                    toldByText.Add(id);
                }

                return true;
            }
        }

        return false;
    }

    /// <summary>Learns products from interactions inside the caller's transaction. Hand the result to <see cref="Publish"/> once it is committed.</summary>
    public List<CatalogEntry> Learn(SqliteConnection connection, SqliteTransaction transaction, IEnumerable<Interaction> interactions)
    {
        Dictionary<string, CatalogEntry> learned = new(StringComparer.Ordinal);
        foreach (Interaction interaction in interactions)
        {
            ProductFacts? facts = null;
            foreach (LineItem line in interaction.Lines)
            {
                if (!learned.TryGetValue(line.Product.Value, out CatalogEntry? known))
                {
                    entries.TryGetValue(line.Product.Value, out known);
                }

                bool mayLearn = known is null || (known.Origin == ProductOrigin.Mentioned && interaction.PropertiesJson is not null);
                if (!mayLearn || string.IsNullOrWhiteSpace(line.Product.Value))
                {
                    continue;
                }

                facts ??= new ProductFacts(interaction.PropertiesJson);
                CatalogEntry entry = facts.Describe(line, known);
                if (entry != known)
                {
                    learned[line.Product.Value] = entry;
                }
            }
        }

        List<CatalogEntry> result = [.. learned.Values.OrderBy(entry => entry.Product.Id.Value, StringComparer.Ordinal)];
        Write(connection, transaction, result);
        return result;
    }

    /// <summary>Shows committed entries to readers. Called in the order of the commits, by one at a time.</summary>
    public void Publish(List<CatalogEntry> changed)
    {
        if (changed.Count == 0)
        {
            return;
        }

        lock (gate)
        {
            foreach (CatalogEntry entry in changed)
            {
                entries[entry.Product.Id.Value] = entry;
            }

            Volatile.Write(ref current, null);
        }
    }

    private bool IsNews(CatalogEntry sent) =>
        !entries.TryGetValue(sent.Product.Id.Value, out CatalogEntry? known) || known.Origin != sent.Origin || !string.Equals(BodyOf(known.Product), BodyOf(sent.Product), StringComparison.Ordinal);

    private static string BodyOf(Product product) => JsonSerializer.Serialize(product, RecordCodec.TypeOf<Product>());

    private static void Write(SqliteConnection connection, SqliteTransaction transaction, List<CatalogEntry> changed) =>
        connection.Execute(
            "INSERT OR REPLACE INTO products (id, origin, body) VALUES (@Id, @Origin, @Body)",
            changed.Select(entry => new ProductRow
            {
                Id = entry.Product.Id.Value,
                Origin = (long)entry.Origin,
                Body = BodyOf(entry.Product),
            }),
            transaction);

    private sealed class ProductRow
    {
        public string Id { get; set; } = "";

        public long Origin { get; set; }

        public string Body { get; set; } = "";
    }
}

/// <summary>A product and how we know of it.</summary>
internal sealed record CatalogEntry(Product Product, ProductOrigin Origin);

/// <summary>How we know of a product. Numbers are stored.</summary>
internal enum ProductOrigin
{
    /// <summary>The shop sent it: only the shop changes it.</summary>
    Shop = 1,

    /// <summary>An event named it.</summary>
    Named = 2,

    /// <summary>An event carried its id and no name; a later event may tell more.</summary>
    Mentioned = 3,
}
