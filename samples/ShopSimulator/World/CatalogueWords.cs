namespace ShopSimulator.World;

/// <summary>A word pair.</summary>
internal readonly record struct Words(string English, string Chinese);

/// <summary>A category: what it sells, in which make, for how much.</summary>
/// <param name="Tag">Tag in the shop's data.</param>
/// <param name="Name">Readable name.</param>
/// <param name="MedianPrice">Median price.</param>
/// <param name="Spread">Standard deviation of the logarithm of the price.</param>
/// <param name="Weight">How many people care for it, relative to the others.</param>
/// <param name="IsConsumable">True when the same product is bought again.</param>
/// <param name="Makes">Adjectives before the noun.</param>
/// <param name="Nouns">What it is.</param>
internal sealed record CategoryWords(
    string Tag, Words Name, double MedianPrice, double Spread, double Weight, bool IsConsumable, Words[] Makes, Words[] Nouns);

/// <summary>A brand and the categories it makes things for.</summary>
internal sealed record BrandWords(string English, string Chinese, string[] Categories);

/// <summary>The word lists the catalogue is composed of. All brands are invented.</summary>
internal static class CatalogueWords
{
    /// <summary>The shop's categories.</summary>
    public static CategoryWords[] Categories { get; } =
    [
        new("kitchen", new("Kitchen", "厨房用品"), 119, 0.38, 1.1, false,
            [new("Stainless Steel", "不锈钢"), new("Ceramic", "陶瓷"), new("Cast Iron", "铸铁"), new("Bamboo", "竹制"), new("Compact", "小巧")],
            [new("Frying Pan", "煎锅"), new("Soup Pot", "汤锅"), new("Knife Set", "刀具套装"), new("Lunch Box", "饭盒"), new("Spice Rack", "调料架"), new("Steamer", "蒸笼"), new("Mixing Bowl", "打蛋盆"), new("Cutting Board", "砧板"), new("Wok", "炒锅"), new("Kettle", "烧水壶")]),
        new("tea-coffee", new("Tea and Coffee", "茶与咖啡"), 79, 0.34, 1.2, true,
            [new("Organic", "有机"), new("Roasted", "焙火"), new("High Mountain", "高山"), new("Single Origin", "单一产地"), new("Gift Box", "礼盒装")],
            [new("Oolong Tea", "乌龙茶"), new("Green Tea", "绿茶"), new("Black Tea", "红茶"), new("Jasmine Tea", "茉莉花茶"), new("Coffee Beans", "咖啡豆"), new("Ground Coffee", "咖啡粉"), new("Drip Coffee Bags", "挂耳咖啡"), new("White Tea", "白茶"), new("Pu'er Tea", "普洱茶"), new("Cold Brew Pack", "冷萃包")]),
        new("snacks", new("Snacks", "休闲零食"), 49, 0.3, 1.3, true,
            [new("Lightly Salted", "淡盐"), new("Spicy", "香辣"), new("Honey", "蜂蜜"), new("Low Sugar", "低糖"), new("Family Pack", "家庭装")],
            [new("Almonds", "巴旦木"), new("Cashews", "腰果"), new("Rice Crackers", "米饼"), new("Dried Mango", "芒果干"), new("Beef Jerky", "牛肉干"), new("Seaweed Crisps", "海苔脆"), new("Walnut Cookies", "核桃酥"), new("Sunflower Seeds", "葵花籽"), new("Oat Bars", "燕麦棒"), new("Sweet Potato Chips", "红薯片")]),
        new("skin-care", new("Skin Care", "护肤"), 129, 0.34, 1.2, true,
            [new("Hydrating", "补水"), new("Gentle", "温和"), new("Night", "夜间"), new("Fragrance-Free", "无香"), new("Brightening", "提亮")],
            [new("Face Cream", "面霜"), new("Cleansing Foam", "洁面乳"), new("Serum", "精华液"), new("Sheet Masks", "面膜"), new("Toner", "爽肤水"), new("Sunscreen", "防晒霜"), new("Eye Cream", "眼霜"), new("Hand Cream", "护手霜"), new("Lip Balm", "润唇膏"), new("Body Lotion", "身体乳")]),
        new("audio", new("Audio", "耳机音响"), 199, 0.38, 0.9, false,
            [new("Wireless", "无线"), new("Noise-Cancelling", "降噪"), new("Portable", "便携"), new("Waterproof", "防水"), new("Studio", "录音级")],
            [new("Earbuds", "入耳式耳机"), new("Headphones", "头戴式耳机"), new("Speaker", "音箱"), new("Soundbar", "回音壁"), new("Microphone", "麦克风"), new("Neckband Earphones", "颈挂耳机"), new("Turntable", "唱片机"), new("Clock Radio", "闹钟收音机"), new("Bone Conduction Headset", "骨传导耳机"), new("Karaoke Set", "K歌套装")]),
        new("phone-accessories", new("Phone Accessories", "手机配件"), 69, 0.36, 1.0, false,
            [new("Magnetic", "磁吸"), new("Fast-Charging", "快充"), new("Slim", "超薄"), new("Braided", "编织"), new("Foldable", "折叠")],
            [new("Power Bank", "充电宝"), new("Charging Cable", "数据线"), new("Phone Stand", "手机支架"), new("Phone Case", "手机壳"), new("Wall Charger", "充电头"), new("Car Mount", "车载支架"), new("Ring Light", "补光灯"), new("Selfie Stick", "自拍杆"), new("Charging Pad", "充电板"), new("Card Wallet", "卡包")]),
        new("sportswear", new("Sportswear", "运动服饰"), 159, 0.36, 1.1, false,
            [new("Breathable", "透气"), new("Lightweight", "轻量"), new("Thermal", "保暖"), new("Seamless", "无缝"), new("Reflective", "反光")],
            [new("Running Shoes", "跑步鞋"), new("Training Shirt", "训练上衣"), new("Yoga Leggings", "瑜伽裤"), new("Running Jacket", "跑步外套"), new("Sports Socks", "运动袜"), new("Track Pants", "运动长裤"), new("Running Cap", "跑步帽"), new("Sports Bra", "运动内衣"), new("Gym Shorts", "健身短裤"), new("Hoodie", "连帽卫衣")]),
        new("outdoor", new("Outdoor", "户外"), 179, 0.38, 0.8, false,
            [new("Ultralight", "超轻"), new("Waterproof", "防水"), new("Two-Person", "双人"), new("Insulated", "保温"), new("Folding", "折叠")],
            [new("Tent", "帐篷"), new("Sleeping Bag", "睡袋"), new("Backpack", "背包"), new("Camping Chair", "露营椅"), new("Head Torch", "头灯"), new("Trekking Poles", "登山杖"), new("Camping Stove", "露营炉"), new("Rain Jacket", "冲锋衣"), new("Water Flask", "水壶"), new("Picnic Mat", "野餐垫")]),
        new("home-textiles", new("Home Textiles", "家纺"), 159, 0.34, 0.9, false,
            [new("Cotton", "纯棉"), new("Linen", "亚麻"), new("Silk", "真丝"), new("Fleece", "绒面"), new("Striped", "条纹")],
            [new("Duvet Cover", "被套"), new("Pillowcase", "枕套"), new("Bath Towel", "浴巾"), new("Throw Blanket", "盖毯"), new("Curtains", "窗帘"), new("Bed Sheet", "床单"), new("Cushion", "靠垫"), new("Bathrobe", "浴袍"), new("Table Runner", "桌旗"), new("Rug", "地毯")]),
        new("toys", new("Toys", "玩具"), 99, 0.38, 0.8, false,
            [new("Wooden", "木制"), new("Magnetic", "磁力"), new("Musical", "音乐"), new("Glow-in-the-Dark", "夜光"), new("Classic", "经典")],
            [new("Building Blocks", "积木"), new("Jigsaw Puzzle", "拼图"), new("Toy Train", "小火车"), new("Plush Bear", "毛绒熊"), new("Board Game", "桌游"), new("Kite", "风筝"), new("Toy Kitchen", "过家家厨房"), new("Marble Run", "滚珠轨道"), new("Toy Robot", "玩具机器人"), new("Doll House", "娃娃屋")]),
        new("stationery", new("Stationery", "文具"), 45, 0.32, 0.9, false,
            [new("Dotted", "点阵"), new("Refillable", "可替芯"), new("Pastel", "马卡龙色"), new("Leather", "皮面"), new("Recycled", "再生纸")],
            [new("Notebook", "笔记本"), new("Gel Pens", "中性笔"), new("Fountain Pen", "钢笔"), new("Pencil Case", "笔袋"), new("Desk Planner", "日程本"), new("Highlighters", "荧光笔"), new("Washi Tape", "和纸胶带"), new("Sketchbook", "速写本"), new("Sticky Notes", "便利贴"), new("Brush Pens", "软头笔")]),
        new("pets", new("Pets", "宠物"), 85, 0.34, 0.8, true,
            [new("Grain-Free", "无谷"), new("Salmon", "三文鱼味"), new("Chicken", "鸡肉味"), new("Large", "大号"), new("Natural", "天然")],
            [new("Cat Food", "猫粮"), new("Dog Food", "狗粮"), new("Cat Litter", "猫砂"), new("Dog Treats", "狗零食"), new("Cat Treats", "猫条"), new("Chew Toys", "磨牙玩具"), new("Pet Shampoo", "宠物香波"), new("Training Pads", "尿垫"), new("Catnip Toys", "猫薄荷玩具"), new("Dental Sticks", "洁齿棒")]),
    ];

    /// <summary>The shop's brands.</summary>
    public static BrandWords[] Brands { get; } =
    [
        new("Lanting", "兰亭", ["stationery", "tea-coffee", "home-textiles"]),
        new("Northvale", "北谷", ["outdoor", "sportswear"]),
        new("Mosu", "陌素", ["skin-care", "home-textiles"]),
        new("Harrow & Pine", "哈罗松", ["kitchen", "home-textiles", "outdoor"]),
        new("Qinghe", "清禾", ["tea-coffee", "snacks"]),
        new("Volta Nine", "九伏", ["audio", "phone-accessories"]),
        new("Duoduo", "朵朵", ["toys", "stationery"]),
        new("Pawsome Lane", "爪爪巷", ["pets"]),
        new("Stride Lab", "步履", ["sportswear"]),
        new("Yunshan", "云杉", ["outdoor", "kitchen"]),
        new("Brightwell", "明泉", ["skin-care", "kitchen"]),
        new("Kesi", "可思", ["phone-accessories", "stationery"]),
        new("Oakmere", "橡湖", ["home-textiles", "toys", "pets"]),
        new("Tinghai", "听海", ["audio"]),
        new("Little Fig", "小无花果", ["snacks", "toys"]),
        new("Zhuyue", "竹月", ["kitchen", "tea-coffee", "stationery"]),
        new("Fernhill", "蕨山", ["skin-care", "outdoor"]),
        new("Miaowu", "喵屋", ["pets", "toys"]),
        new("Corewell", "核力", ["sportswear", "snacks"]),
        new("Hexi", "禾西", ["snacks", "pets"]),
        new("Aria Sound", "咏叹", ["audio", "phone-accessories"]),
        new("Songyan", "松烟", ["tea-coffee", "skin-care"]),
        new("Redcliff", "赤崖", ["outdoor", "sportswear", "audio"]),
        new("Paper Crane", "纸鹤", ["stationery", "toys"]),
        new("Everhome", "恒家", ["kitchen", "home-textiles", "phone-accessories"]),
    ];
}
