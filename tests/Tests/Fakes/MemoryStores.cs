using MarketLoop.Data.Catalog;
using MarketLoop.Data.Models;
using MarketLoop.Data.Placements;
using MarketLoop.Data.Profiles;
using MarketLoop.Domain;

namespace MarketLoop.Tests.Fakes;

/// <summary>Profiles in memory.</summary>
internal sealed class MemoryProfiles : IProfileStore
{
    public Dictionary<CustomerId, CustomerProfile> Profiles { get; } = [];

    public CrashPlan Crash { get; set; } = new();

    public MemoryProfiles Add(CustomerId customer, bool? consent = true, string? email = "someone@shop.example", string? language = null, string? name = null, bool? personal = null)
    {
        Profiles[customer] = new CustomerProfile
        {
            Customer = customer,
            ConsentsToEmail = consent,
            Email = email,
            Language = language,
            Name = name,
            ConsentsToPersonalisation = personal,
        };
        return this;
    }

    public Task<CustomerProfile?> FindAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        Crash.Step();
        return Task.FromResult(Profiles.GetValueOrDefault(customer));
    }

    public Task<IReadOnlyDictionary<CustomerId, CustomerProfile>> FindManyAsync(IReadOnlyCollection<CustomerId> customers, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<CustomerId, CustomerProfile>>(customers.Where(Profiles.ContainsKey).ToDictionary(c => c, c => Profiles[c]));

    public Task<IReadOnlyList<CustomerProfile>> SearchAsync(string text, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CustomerProfile>>([.. Profiles.Values.Where(p => p.Customer.Value.Contains(text, StringComparison.Ordinal)).Take(limit)]);
}

/// <summary>A catalogue in memory.</summary>
internal sealed class MemoryCatalog : ICatalogStore
{
    private Dictionary<ProductId, Product> products = [];
    private List<ProductId> arrivals = [];

    public CrashPlan Crash { get; set; } = new();

    public IReadOnlyDictionary<ProductId, Product> Current
    {
        get
        {
            Crash.Step();
            return products;
        }
    }

    public IReadOnlyList<ProductId> Arrivals => arrivals;

    public MemoryCatalog Arrive(Product product)
    {
        arrivals = [product.Id, .. arrivals];
        return Add(product);
    }

    // A new dictionary at each change: what readers hold is a snapshot.
    public MemoryCatalog Add(Product product)
    {
        products = new Dictionary<ProductId, Product>(products) { [product.Id] = product };
        return this;
    }

    public MemoryCatalog Add(string id, string? url = null, int? stock = null, bool isMerchandise = true, string? chinese = null, string? category = null, string? brand = null, decimal price = 10)
    {
        return Add(new Product
        {
            Id = new ProductId(id),
            Name = new LocalizedText("Product " + id, chinese ?? "商品 " + id),
            Category = category,
            Brand = brand,
            Price = price,
            Url = url,
            Stock = stock,
            IsMerchandise = isMerchandise,
        });
    }

    public Task<CatalogChanges> UpsertAsync(IReadOnlyCollection<Product> added, CancellationToken cancellationToken)
    {
        products = new Dictionary<ProductId, Product>(products);
        foreach (Product product in added)
        {
            products[product.Id] = product;
        }

        return Task.FromResult(new CatalogChanges(added.Count, 0, 0, 0));
    }

    public Task<bool> RemoveAsync(ProductId product, CancellationToken cancellationToken)
    {
        Dictionary<ProductId, Product> left = new(products);
        bool was = left.Remove(product);
        products = left;
        return Task.FromResult(was);
    }

    public Task<IReadOnlyList<ProductNote>> ReadHistoryAsync(ProductId product, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ProductNote?> FindAsOfAsync(ProductId product, DateTimeOffset moment, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>Advertising campaigns in memory.</summary>
internal sealed class MemoryCampaigns : ICampaignStore
{
    private readonly List<Campaign> advertising = [];

    public IReadOnlyList<Campaign> Advertising => advertising;

    public Task UpsertAsync(IReadOnlyCollection<Campaign> campaigns, CancellationToken cancellationToken)
    {
        advertising.AddRange(campaigns);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Campaign>> ListAsync(string? after, CampaignKind? kind, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Campaign?> FindAsync(CampaignId id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> RemoveAsync(CampaignId id, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>A registry that only knows which training is active.</summary>
internal sealed class MemoryModels : IModelStore
{
    public ModelManifest? Active { get; set; }

    /// <summary>Folders of versions.</summary>
    public Dictionary<ModelVersion, string> Folders { get; } = [];

    public IReadOnlyList<ModelManifest> All { get; set; } = [];

    public Task<ModelManifest?> FindActiveAsync(CancellationToken cancellationToken) => Task.FromResult(Active);

    public Task<IReadOnlyList<ModelManifest>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(All);

    public string CreateStagingFolder() => throw new NotSupportedException();

    public Task<ModelManifest> RegisterAsync(ModelManifest manifest, string stagingFolder, CancellationToken cancellationToken) => throw new NotSupportedException();

    public string FolderOf(ModelVersion version) => Folders[version];
}

/// <summary>Placements in memory.</summary>
internal sealed class MemoryPlacements : IPlacementStore
{
    private readonly SortedDictionary<string, StoredPlacement> placements = new(StringComparer.Ordinal);
    private readonly List<PlacementChange> changes = [];

    public Task SaveAsync(StoredPlacement placement, CancellationToken cancellationToken)
    {
        changes.Add(new PlacementChange(placement.SavedAt, placement.SavedBy, placement.Name, placements.GetValueOrDefault(placement.Name)?.Settings, placement.Settings));
        placements[placement.Name] = placement;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<StoredPlacement>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<StoredPlacement>>([.. placements.Values]);

    public Task<bool> RemoveAsync(string name, string by, DateTimeOffset at, CancellationToken cancellationToken) => Task.FromResult(placements.Remove(name));

    public Task<IReadOnlyList<PlacementChange>> ListChangesAsync(string? name, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<PlacementChange>>([.. changes.Where(change => name is null || change.Placement == name).Reverse().Take(limit)]);
}
